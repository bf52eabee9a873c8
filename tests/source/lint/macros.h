/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Macros of headers that cppcheck does not read, so that it can parse their users. */
#define for_each_possible_cpu(cpu)	for ((cpu) = 0; (cpu) < 4; (cpu)++)
#define json_array_foreach(array, i, value) \
	for (i = 0; i < json_array_size(array) && (value = json_array_get(array, i)); i++)
#define json_object_foreach(object, key, value) \
	for (key = json_first(object); key && (value = json_object_get(object, key)); \
	     key = json_next(object, key))
#define list_for_each_entry_safe(pos, n, head, member) \
	for (pos = (void *)(head); pos && (n = pos, 1); pos = n)
#define HASH_ITER(hh, head, el, tmp) \
	for (el = head; el && (tmp = el, 1); el = tmp)
