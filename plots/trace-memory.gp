# SPDX-License-Identifier: GPL-2.0-or-later
#
# Bounce pages over time in each label's first run: the first touch, and the steady state.
# Use: gnuplot -c PATH/plots/trace-memory.gp [svg|pdf|png], in a figures/ directory.

fmt = ARGC > 0 ? ARG1 : 'svg'
here = ARG0
while (strlen(here) > 0 && here[strlen(here):] ne '/') { here = here[1:strlen(here) - 1] }
load 'trace.gp'
name = 'trace-memory'
TITLE = 'Bounce pages'
height = 2.6
load here . 'trace.gp'

touch = FIRST_TOUCH * 1.15
set tmargin at screen 1 - 0.55 / height; set bmargin at screen 0.44 / height
set ylabel 'resident, KiB' offset 1.5, 0
set yrange [0:1.1 * PEAK]
set key at screen 0.82, graph 1 left Left reverse samplen 3
set multiplot
do for [panel = 0:1] {
	set lmargin at screen panel ? 0.48 : 0.09
	set rmargin at screen panel ? 0.80 : 0.44
	set xrange [panel ? touch : 0:panel ? END : touch]
	set xlabel 'ms since the collector began' offset 0, 0.5
	set label 1 (panel ? 'steady state' : 'first touch') at graph 0.5, graph 1.06 center font small
	if (panel) { unset ylabel; set format y '' }
	plot for [i = 1:n] '../trace-samples.csv' skip 1 using \
		(strcol(1) eq LABELS[i] && column(2) == 0 ? column(3) : NaN):(column(4) / 1024) \
		with lines lw 1.6 dt DASH[nth(i)] lc rgb COLOUR[nth(i)] title (panel ? LABELS[i] : '')
	do for [l = 1001:1100] { unset label l }
}
unset multiplot
