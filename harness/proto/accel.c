// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/accel.h"
#include "lib/util.h"

const char *const accel_names[ACCELS] = {
	[ACCEL_TCG] = "tcg", [ACCEL_KVM] = "kvm", [ACCEL_ICOUNT] = "icount", [ACCEL_AUTO] = "auto",
};

const char *accel_title(enum accel accel)
{
	static const char *const titles[ACCELS] = {
		[ACCEL_TCG] = "emulated", [ACCEL_KVM] = "KVM",
		[ACCEL_ICOUNT] = "emulated, by instruction count", [ACCEL_AUTO] = "auto",
	};

	return titles[accel];
}

int accel_parse(const char *where, const char *name, enum accel *accel)
{
	int found = bl_find_name(accel_names, ACCELS, name);
	struct bl_strv valid = {};
	int err;

	if (found >= 0) {
		*accel = found;
		return 0;
	}
	bl_strv_split(&valid, "auto, kvm, tcg, icount");
	err = bl_err_unknown(where, "accelerator", name, &valid);
	bl_strv_free(&valid);
	return err;
}
