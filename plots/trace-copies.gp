# SPDX-License-Identifier: GPL-2.0-or-later
#
# Bytes copied and zeroed per byte of I/O, faults per I/O, and the peak of bounce pages.
# Use: gnuplot -c PATH/plots/trace-copies.gp [svg|pdf|png|tikz], in a figures/ directory.

fmt = ARGC > 0 ? ARG1 : 'svg'
here = ARG0
while (strlen(here) > 0 && here[strlen(here):] ne '/') { here = here[1:strlen(here) - 1] }
load 'trace.gp'
NOISE_LINES = 0	# a busy host changes times, not counts
name = 'trace-copies'
legend = ''
load here . 'trace.gp'
# Four panels side by side, or two, or one, as there is room for the names of their axes.
across = 4
while (across > 1 && (WIDTH - names_width - 0.1) / across < 1.1) { across = across / 2 }
part = (WIDTH - names_width - 0.1) / across
panel_h = 0.2 * n
height = head + (4 / across) * (panel_h + 0.36)
load here . 'page.gp'
load here . 'legend.gp'

array WHAT = ['copied bytes/byte', 'zeroed bytes/byte', 'faults per I/O', 'bounce pages, KiB']
array COL = [6, 7, 8, 3]
array SCALE = [1, 1, 1, 1024.]
set style fill solid 0.55 border lc rgb '#404040'
set border 2
unset xtics
# The axis leaves room for the values at the bars.
array MOST[4]
do for [p = 1:4] {
	STATS_max = 0
	stats '../trace-memory.csv' skip 1 using (column(COL[p]) / SCALE[p]) nooutput
	MOST[p] = STATS_max > 0 ? STATS_max : 1
}
set yrange [-n:0]
shown(p) = column(COL[p]) / SCALE[p]
# Not NaN: gnuplot 5.4 crashes where all labels of a plot are undefined.
OUTSIDE = 1
set multiplot
do for [p = 1:4] {
	x0 = names_width + ((p - 1) % across) * part
	y0 = head + ((p - 1) / across) * (panel_h + 0.36)
	set lmargin at screen screen_x(x0)
	set rmargin at screen screen_x(x0 + part - 0.12)
	set tmargin at screen screen_y(y0)
	set bmargin at screen screen_y(y0 + panel_h)
	set xlabel WHAT[p] offset 0, 0.4 font small
	set xrange [0:1.7 * MOST[p]]
	set ytics () scale 0
	do for [i = 1:n] { set ytics add (((p - 1) % across ? '' : printed(NAMES[i])) -i + 0.5) }
	plot for [i = 1:n] '../trace-memory.csv' skip 1 using \
		(0):(strcol(1) eq LABELS[i] ? -i + 0.5 : NaN):(0):(shown(p)): \
		(-i + 0.24):(-i + 0.76) with boxxyerror lc rgb '#0072B2', \
	     for [i = 1:n] '../trace-memory.csv' skip 1 using \
		(shown(p)):(strcol(1) eq LABELS[i] ? -i + 0.5 : OUTSIDE):(sprintf('%.4g', shown(p))) \
		with labels left offset 0.3, 0 font small
	do for [l = 1001:1100] { unset label l }
}
unset multiplot
unset output
