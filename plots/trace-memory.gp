# SPDX-License-Identifier: GPL-2.0-or-later
#
# Bounce pages over time in each label's first run: the first touch, and the steady state.
# Use: gnuplot -c PATH/plots/trace-memory.gp [svg|pdf|png|tikz], in a figures/ directory.

fmt = ARGC > 0 ? ARG1 : 'svg'
here = ARG0
while (strlen(here) > 0 && here[strlen(here):] ne '/') { here = here[1:strlen(here) - 1] }
load 'trace.gp'
NOISE_LINES = 0	# a busy host changes times, not counts
name = 'trace-memory'
legend = 'lines'
load here . 'trace.gp'
height = head + 2.3
load here . 'page.gp'
load here . 'legend.gp'

touch = FIRST_TOUCH * 1.15
left = 0.62
part = (WIDTH - left - 0.12) / 2
set tmargin at screen screen_y(head + 0.16); set bmargin at screen screen_y(height - 0.42)
set ylabel 'resident, KiB' offset 1.5, 0
set yrange [0:1.1 * PEAK]
# As many ticks as have room for their numbers.
size(x) = 10 ** floor(log10(x))
step(x) = size(x) * (x < 2 * size(x) ? 2 : x < 5 * size(x) ? 5 : 10)
set multiplot
do for [panel = 0:1] {
	set lmargin at screen screen_x(left + panel * part)
	set rmargin at screen screen_x(left + (panel + 1) * part - 0.16)
	set xrange [panel ? touch : 0:panel ? END : touch]
	set xtics step((panel ? END - touch : touch) / (part / 0.4))
	set xlabel 'ms' . EMULATED offset 0, 0.5
	set label 1 (panel ? 'steady state' : 'first touch') at graph 0.5, graph 1.06 center font small
	if (panel) { unset ylabel; set format y '' }
	plot for [i = 1:n] '../trace-samples.csv' skip 1 using \
		(strcol(1) eq LABELS[i] && column(2) == 0 ? column(3) : NaN):(column(4) / 1024) \
		with lines lw 1.6 dt DASH[nth(i)] lc rgb COLOUR[nth(i)]
	do for [l = 1001:1100] { unset label l; unset arrow l }
}
unset multiplot
unset output
