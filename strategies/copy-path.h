/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why bytes were copied.  Traces hold these numbers, and the harness reads them. */
#ifndef BL_COPY_PATH_H
#define BL_COPY_PATH_H

enum bl_path {
	BL_PATH_MAP,
	BL_PATH_UNMAP,
	BL_PATH_SYNC,
	BL_PATH_FAULT,
	BL_PATH_FILE,	/* bl_copy_iter() and bl_copy_iter_bounce() */
};

#endif /* BL_COPY_PATH_H */
