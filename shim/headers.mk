# SPDX-License-Identifier: GPL-2.0-or-later
#
# For the Makefiles of what is compiled over the shims.
#
# $(call shim_header,HEADER): the command that prints what stands for the kernel's <HEADER>: all of
# the shims, or an error if shim/headers does not list it.

shim_known := $(shell sed -n 's/^\([a-z][^ \t]*\).*/\1/p' shim/headers)
shim_hash := \#
shim_none = has no shim: write what you need of it into a file of shim/, and add a line to shim/headers
shim_header = echo '$(shim_hash)$(if $(filter $(1),$(shim_known)),include "shim/shim.h",error "<$(1)> $(shim_none)")'
