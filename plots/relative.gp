# SPDX-License-Identifier: GPL-2.0-or-later
#
# IOPS of every label and job as a ratio to the baseline.
# Use: gnuplot -c PATH/plots/relative.gp [svg|pdf|png], in a figures/ directory.

fmt = ARGC > 0 ? ARG1 : 'svg'
here = ARG0
while (strlen(here) > 0 && here[strlen(here):] ne '/') { here = here[1:strlen(here) - 1] }
load 'figure.gp'

name = 'relative'
TITLE = 'IOPS relative to ' . BASELINE . EMULATED
XLABEL = 'ratio to the IOPS of ' . BASELINE . ' (1 = equal, log scale)'
array CAPTION[|RELATIVE_CAPTION|]
do for [k = 1:|CAPTION|] { CAPTION[k] = RELATIVE_CAPTION[k] }
POINT = 7; MID = 9; LOW = 10; HIGH = 11; SCALE = 1
NOTE_X = 1
FAR = 1
DOT = 'one block'

# Widen the range a little on both sides, so that no dot is on the rim.
pad = (RATIO_HI / RATIO_LO) ** 0.05
lo = RATIO_LO / pad
hi = RATIO_HI * pad
span = hi / lo
set logscale x
set xrange [lo:hi]
set format x '%g'
ticks = span < 1.35 ? '0.8 0.85 0.9 0.95 1 1.05 1.1 1.15 1.2 1.25' : \
	span < 1.7 ? '0.7 0.8 0.9 1 1.1 1.2 1.3 1.4' : \
	span < 2.4 ? '0.4 0.5 0.6 0.7 0.8 0.9 1 1.1 1.25 1.4 1.6 1.8 2 2.2' : \
	span < 3.5 ? '0.3 0.4 0.6 0.8 1 1.25 1.6 2 2.5 3' : \
	span < 12 ? '0.1 0.2 0.35 0.6 1 1.7 3 5 10' : \
	span < 60 ? '0.02 0.05 0.1 0.2 0.5 1 2 5 10 20 50' : \
	'0.001 0.01 0.03 0.1 0.3 1 3 10 30 100 1000'
# No tick at the rim: its number would touch that of the next panel.
rim = span ** 0.06
set xtics ('1' 1)
do for [tick in ticks] {
	if (real(tick) > lo * rim && real(tick) < hi / rim) { set xtics add (tick real(tick)) }
}

PREPARE = 'set object 1 rectangle from first 1 / MARGIN[job + 1], graph 0 to \
	first MARGIN[job + 1], graph 1 behind fillcolor rgb "#ececec" fillstyle solid noborder; \
	set arrow 1 from first 1, graph 0 to first 1, graph 1 nohead front lw 0.8 lc rgb "#000000"'
load here . 'panels.gp'
