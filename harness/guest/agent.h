/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest/: the program build/bouncelab-guest, which is the first process of the guest.
 *
 * In: the host's requests, one JSON object on each line of the second serial port:
 *
 *	{"op": "run", ...}	a run of a plan, see guest/run.h
 *	{"op": "micro", ...}	a run of `bouncelab micro`, see guest/micro-run.h
 *	{"op": "exec", ...}	any program, see guest/exec.h
 *	{"op": "poweroff"}
 *
 * Out: on the same line {"ev": "hello"} once, then for each request {"ev": "stage"} and
 * {"ev": "out"} while it lasts, and one {"ev": "done"} with "status" (ok, invalid or failed),
 * "reason", and "reboot" if this boot must not be used again. Results are files in the
 * directory of the run, which the host shares over 9p.
 *
 * The guest needs lib/, stats/ and proto/ only.
 */
#ifndef BL_GUEST_AGENT_H
#define BL_GUEST_AGENT_H

/**
 * guest_serve() - prepare the guest and serve the host's requests, as the first process
 *
 * Does not return: the guest is powered off on request, at the end of the line, or if the
 * guest cannot be prepared.
 */
_Noreturn void guest_serve(void);

#endif
