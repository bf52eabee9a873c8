/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why bytes were copied; also what traces say, for those who read them. */
#ifndef BL_COPY_PATH_H
#define BL_COPY_PATH_H

enum bl_path {
	BL_PATH_MAP,
	BL_PATH_UNMAP,
	BL_PATH_SYNC,
	BL_PATH_FAULT,
	BL_PATH_FILE,	/* the core's, in bl_copy_iter() */
};

#endif /* BL_COPY_PATH_H */
