# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every entry point of bouncelab. `make help` lists them.
#
# Variables: PLAN=name (bench; default: quick with KVM, else quick-icount), SAME_WITHIN=percent
# (bench: the margin of "same"; default: the plan's), ORDER=fresh|random|listed (bench; default:
# the plan's),
# NAME=name and FROM=eager|lazy|own-iova (new-strategy), S=name (conform), ARGS="option ..."
# (conform, check-debug),
# T="test ..." (check), KDIR=path (build the module against other headers), KMOD_CFLAGS=option (more
# options for the module's compiler; default -g1: the lines of functions, no types; -g has all and
# takes a third longer), V=1 (show commands), NO_INSTALL=1 (bench, check: install no packages),
# PREFIX=path and DESTDIR=path (install).

PLAN ?=
SAME_WITHIN ?=
ORDER ?=
KDIR ?= build/kernel/headers
KMOD_CFLAGS ?= -g1
PREFIX ?= /usr/local
CC = gcc

# The kernel's own build must not see our variables as if they were its own.
MAKEOVERRIDES =

# Recipes and the kernel's build take such characters for syntax.
ifneq ($(shell pwd | LC_ALL=C tr -d 'A-Za-z0-9/._+@,=~\200-\377\n-' | wc -c),0)
$(error The path '$(CURDIR)' has a blank or another character that cannot be there; \
	valid: letters, digits and / . _ + @ , = ~ -)
endif

Q := $(if $(filter 1,$(V)),,@)
say = @printf '  %-8s%s\n' $(1) $(2)

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help bench check check-fast check-long check-debug paper paper-check build conform doctor lint include-graph \
	new-strategy deps kernel install uninstall \
	unit-tests clean distclean FORCE

## The main job
help: ## list what can be made
	@awk '/^## / { print substr($$0, 4) } \
	      /^[a-z-]+:.*## / { split($$0, a, /:.*## /); printf "  make %-16s%s\n", a[1], a[2] }' \
	      $(firstword $(MAKEFILE_LIST))

bench: ## install what is missing, build, run a plan in a VM, print verdicts; PLAN=name SAME_WITHIN=percent ORDER=order
	+$(Q)PLAN='$(PLAN)' SAME_WITHIN='$(SAME_WITHIN)' ORDER='$(ORDER)' KDIR='$(KDIR)' \
		MAKE='$(MAKE)' scripts/from-clone.sh bench

check: ## install what is missing, build, run all tests; T="lint cli" runs some
	+$(Q)KDIR='$(KDIR)' MAKE='$(MAKE)' scripts/from-clone.sh check $(T)

check-fast: ## the same without the tests that boot a guest or take long; three minutes after the build
	+$(Q)KDIR='$(KDIR)' MAKE='$(MAKE)' scripts/from-clone.sh check --fast

check-long: ## all tests with every strategy and with larger numbers, on a machine with time; T="..." runs some
	+$(Q)KDIR='$(KDIR)' MAKE='$(MAKE)' scripts/from-clone.sh check --long $(T)

check-debug: ## build two debugging kernels, run the guest tests on each strategy; hours; ARGS="--shard 1/8"
	+$(Q)KDIR='$(KDIR)' MAKE='$(MAKE)' scripts/from-clone.sh check-debug $(ARGS)

paper: build build/tests/test-montecarlo ## run the paper's campaigns (two to three hours), fill in PAPER.md; goes on if interrupted
	$(Q)scripts/paper.sh run

paper-check: build/bouncelab build/tests/test-montecarlo ## every number, table and figure of PAPER.md, recomputed from results/paper
	$(Q)scripts/paper.sh check

## Pieces
build: build/bouncelab.ko build/bl_lockwait.ko build/bouncelab build/bouncelab-guest ## modules and programs; installs nothing
	@:
doctor: build/bouncelab ## what this machine can do, check by check
	$(Q)build/bouncelab doctor

deps: ## install the missing Debian packages of packages.txt
	$(Q)scripts/deps.sh

install uninstall: export DESTDIR := $(DESTDIR)
install uninstall: export PREFIX := $(PREFIX)
install: build build/kernel/stamp ## install programs, modules, data and man pages; PREFIX=/usr/local DESTDIR=
	$(Q)$(MAKE) -f harness/micro/native/Makefile --no-print-directory OUT=build/micro all
	$(Q)scripts/install.sh

uninstall: ## remove what make install has installed; PREFIX=/usr/local DESTDIR=
	$(Q)scripts/install.sh --uninstall

kernel: build/kernel/stamp ## download the guest's kernel into build/kernel
	@:

lint: build/kernel/stamp ## the rules for the source text
	$(Q)tests/source/lint.sh

include-graph: ## print which folder and which file includes which, and check their order
	$(Q)scripts/include-graph.sh

# The suite takes the strategies from the sources, so that what is tested is what is there.
conform: ## S=x: is strategy x right? half a minute; ARGS=--long: minutes; ARGS=--help for more
	+$(Q)MAKE='$(MAKE)' scripts/conform.sh '$(S)' $(ARGS)

new-strategy: export NAME := $(NAME)
new-strategy: export FROM := $(FROM)
new-strategy: ## NAME=x: strategies/x.c, ready to compile; FROM=eager|lazy|own-iova
	$(Q)scripts/new-strategy.sh "$$NAME" "$$FROM"

clean: ## remove what was built; keep results and the downloaded kernel
	$(Q)rm -rf build/bouncelab build/bouncelab-guest build/version build/*.ko build/harness build/tests \
		build/micro build/*.log
	$(Q)for d in kmod strategies; do \
		find $$d -name '*.o' -o -name '*.ko' -o -name '.*.cmd' -o -name '*.mod' \
			-o -name '*.mod.c' -o -name 'modules.order' \
			-o -name 'Module.symvers' -o -name 'strategy-table.h'; \
	done | xargs -r rm -f

distclean: clean ## clean, and the downloaded kernel too
	$(Q)rm -rf build

# `make clean build` cleans first, also with -j.
ifneq ($(filter clean distclean,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif

# --- the guest's kernel -------------------------------------------------------

# The script does nothing when the stamp is good, and then leaves it as it is.
build/kernel/stamp: scripts/fetch-kernel.sh scripts/kernel-modules.sh
	$(Q)scripts/fetch-kernel.sh $(@D)

# --- the module ---------------------------------------------------------------

# $(call listed,DIR): the files that DIR/sources lists.
listed = $(wildcard $(shell sed '/^\#/d' $(1)/sources))

STRATEGIES := $(sort $(filter-out template,$(patsubst strategies/%.c,%,$(wildcard strategies/*.c))))
KMOD_SRC := $(call listed,kmod) kmod/strategy-table.h

# One line per strategy; rewritten only when there are other strategies.
kmod/strategy-table.h: FORCE
	@{ echo '/* SPDX-License-Identifier: GPL-2.0-or-later */'; \
	   printf 'BL_STRATEGY(%s)\n' $(subst -,_,$(STRATEGIES)); } >$@.tmp; \
	if cmp -s $@.tmp $@; then rm $@.tmp; else mv $@.tmp $@; fi
	@for s in $(STRATEGIES); do \
		grep -q "\"$$s\"" strategies/$$s.c || { \
			echo "strategies/$$s.c: no \"$$s\" in it: a strategy has its file's name" >&2; \
			exit 1; }; \
	done

LOCKWAIT_SRC := $(call listed,kmod/lockwait)
KERNEL := $(if $(filter build/kernel/%,$(KDIR)),build/kernel/stamp)

# $(call module,DIR): $@ of what is in DIR. Warnings of the compiler are errors.
# Those of modpost and objtool are not, so the log is searched, and the objects go:
# otherwise the next call finds nothing to do, and passes. pahole is not needed without BTF.
# The plus sign: make does not see by itself that there is another make in here. The guest reads the
# whole file each time that it loads the module; what is for a debugger stays in kmod/, but for the
# section that has the compiler's options, which a campaign records. A message of WARN() names a file
# from the project's directory on, so that the module is the same in every clone.
KMOD_FLAGS = -Werror -fmacro-prefix-map=$(CURDIR)/= $(KMOD_CFLAGS)

# For lint, whose sparse builds what is not built.
.PHONY: print-kmod-flags
print-kmod-flags:
	@echo '$(KMOD_FLAGS)'

define module
	$(call say,MODULE,$@)
	$(Q)mkdir -p $(@D)
	+$(Q)log=$(@:.ko=.log); if ! $(MAKE) -C $(KDIR) M=$(CURDIR)/$(1) W=1 \
			KCFLAGS='$(KMOD_FLAGS)' \
			CONFIG_DEBUG_INFO_BTF_MODULES= modules >$$log 2>&1; then \
		cat $$log >&2; exit 1; \
	elif grep -i "warning:" $$log >&2; then \
		echo "Makefile: warnings fail the build of the module ($$log)" >&2; \
		rm -f $(1)/*.o $(1)/*.ko $(patsubst %.c,%.o,$(filter %.c,$^)); exit 1; \
	fi
	$(Q)objcopy --strip-debug --keep-section=.debug_str $(1)/$(@F) $@.tmp && mv $@.tmp $@
endef

build/bouncelab.ko: $(KMOD_SRC) $(KERNEL) Makefile
	$(call module,kmod)

build/bl_lockwait.ko: $(LOCKWAIT_SRC) $(KERNEL) Makefile
	$(call module,kmod/lockwait)

# --- the harness --------------------------------------------------------------

LIBS := jansson libbpf libelf inih gsl libmd libtracefs libtraceevent libtracecmd
HARNESS_CFLAGS = -std=gnu11 -Wall -Wextra -Werror -O2 -g -Iharness -I. $(shell pkg-config --cflags $(LIBS))
HARNESS_LDLIBS = $(shell pkg-config --libs $(LIBS)) -lm
HARNESS_SRC := $(wildcard harness/*/*.c)
HARNESS_OBJ := $(patsubst %.c,build/%.o,$(filter-out harness/guest/main.c,$(HARNESS_SRC)))

# From the folders of the list alone: a call out of them fails to link.
GUEST_OBJ := $(patsubst %.c,build/%.o,$(filter %.c,$(call listed,harness/guest)))
GUEST_LDLIBS = $(shell pkg-config --libs jansson gsl libbpf libelf libtracefs libtraceevent) -lm

build/harness/%.o: harness/%.c Makefile | have-packages
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HARNESS_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# What --version prints: the release, and the commit if this is a repository. One object has it,
# and is made again only when it is another one.
RELEASE := 0.1
VERSION := $(shell git --git-dir=.git describe --tags --match 'v*' --dirty 2>/dev/null || { \
	commit=$$(git --git-dir=.git describe --always --dirty 2>/dev/null) && \
	echo $(RELEASE)-g$$commit; } || echo $(RELEASE))

build/version: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' >$@

build/harness/cmd/main.o: build/version
build/harness/cmd/main.o: HARNESS_CFLAGS += -DBL_VERSION='"$(VERSION)"'

# BL_EMBED() builds these files in.
build/harness/vm/initramfs.o: harness/vm/init.sh harness/vm/pack.sh

build/bouncelab: $(HARNESS_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(HARNESS_CFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $(HARNESS_OBJ) $(HARNESS_LDLIBS)

build/bouncelab-guest: $(GUEST_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(HARNESS_CFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $(GUEST_OBJ) $(GUEST_LDLIBS)

# A header that is not found says less than the name of its package.
.PHONY: have-packages
have-packages:
	@need=$$(scripts/deps.sh --missing 2>/dev/null); \
	[ -z "$$need" ] || echo "Makefile: missing Debian packages (make deps):" $$need >&2

# --- unit tests ---------------------------------------------------------------

UNIT_TESTS := $(patsubst tests/unit/%.c,build/tests/%,$(wildcard tests/unit/test-*.c))

unit-tests: $(UNIT_TESTS) ## the test programs of tests/unit, in build/tests
	@:

build/tests/%: tests/unit/%.c $(filter-out build/harness/cmd/main.o,$(HARNESS_OBJ)) Makefile
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HARNESS_CFLAGS) $(CFLAGS) $(shell pkg-config --cflags cmocka) -MMD -MP -MF $@.d \
		$(LDFLAGS) -o $@ $(filter %.c %.o,$^) $(HARNESS_LDLIBS) $(shell pkg-config --libs cmocka)

-include $(wildcard build/harness/*/*.d build/tests/*.d)
