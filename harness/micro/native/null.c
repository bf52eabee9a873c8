// SPDX-License-Identifier: GPL-2.0-or-later
/* null: what the loop and the core cost by themselves; see kmod/micro/null.h */
#include "micro/null.h"
