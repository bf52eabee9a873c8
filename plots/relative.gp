# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every label and job as a ratio to the baseline: of IOPS or, where the clock counts instructions,
# of the instructions per I/O of the baseline to those of the label. More is faster.
# Use: gnuplot -c PATH/plots/relative.gp [svg|pdf|png|tikz], in a figures/ directory.

fmt = ARGC > 0 ? ARG1 : 'svg'
here = ARG0
while (strlen(here) > 0 && here[strlen(here):] ne '/') { here = here[1:strlen(here) - 1] }
load 'figure.gp'

name = 'relative'
array AXIS[|RELATIVE_AXIS|]
do for [k = 1:|AXIS|] { AXIS[k] = RELATIVE_AXIS[k] }
POINT = 7; MID = 9; LOW = 10; HIGH = 11; SCALE = 1
NOTE_X = 1
FAR = RIM
DOT = 'one block'

# Widen the range a little on both sides, so that no dot is on the rim.
pad = (RATIO_HI / RATIO_LO) ** 0.05
lo = RATIO_LO / pad
hi = RATIO_HI * pad
set logscale x
set xrange [lo:hi]
set xtics ()
do for [k = 1:|TICKS|] { set xtics add (TICKS[k] real(TICKS[k])) }

PREPARE = 'set object 1 rectangle from first 1 / MARGIN[job + 1], graph 0 to \
	first MARGIN[job + 1], graph 1 behind fillcolor rgb "#ececec" fillstyle solid noborder; \
	set arrow 1 from first 1, graph 0 to first 1, graph 1 nohead back lw 0.8 lc rgb "#000000"'
load here . 'panels.gp'
