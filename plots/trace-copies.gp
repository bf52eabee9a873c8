# SPDX-License-Identifier: GPL-2.0-or-later
#
# Bytes copied and zeroed per byte of I/O, faults per I/O, and the peak of bounce pages.
# Use: gnuplot -c PATH/plots/trace-copies.gp [svg|pdf|png], in a figures/ directory.

fmt = ARGC > 0 ? ARG1 : 'svg'
here = ARG0
while (strlen(here) > 0 && here[strlen(here):] ne '/') { here = here[1:strlen(here) - 1] }
load 'trace.gp'
name = 'trace-copies'
TITLE = 'Copies, faults and pages'
n_labels = |LABELS|
height = 0.95 + 0.2 * n_labels
load here . 'trace.gp'

longest = 8
do for [i = 1:n] { if (strlen(LABELS[i]) > longest) { longest = strlen(LABELS[i]) } }
left = (0.2 + 0.066 * longest) / WIDTH
part = (0.985 - left) / 4
array WHAT = ['bytes copied per byte', 'bytes zeroed per byte', 'faults per I/O', 'bounce pages, KiB']
array COL = [6, 7, 8, 3]
array SCALE = [1, 1, 1, 1024.]
unset key
set style fill solid 0.55 border lc rgb '#404040'
set tmargin at screen 1 - 0.40 / height; set bmargin at screen 0.30 / height
set border 2
unset xtics
# The axis leaves room for the values at the bars.
array MOST[4]
do for [p = 1:4] {
	stats '../trace-memory.csv' skip 1 using (column(COL[p]) / SCALE[p]) nooutput
	MOST[p] = STATS_max > 0 ? STATS_max : 1
}
set yrange [-n:0]
shown(p) = column(COL[p]) / SCALE[p]
# Not NaN: gnuplot 5.4 crashes where all labels of a plot are undefined.
OUTSIDE = 1
set multiplot
do for [p = 1:4] {
	set lmargin at screen left + (p - 1) * part
	set rmargin at screen left + p * part - 0.025
	set xlabel WHAT[p] offset 0, 0.4 font small
	set xrange [0:1.45 * MOST[p]]
	set ytics () scale 0
	do for [i = 1:n] { set ytics add ((p == 1 ? LABELS[i] : '') -i + 0.5) }
	plot for [i = 1:n] '../trace-memory.csv' skip 1 using \
		(0):(strcol(1) eq LABELS[i] ? -i + 0.5 : NaN):(0):(shown(p)): \
		(-i + 0.24):(-i + 0.76) with boxxyerror lc rgb '#0072B2', \
	     for [i = 1:n] '../trace-memory.csv' skip 1 using \
		(shown(p)):(strcol(1) eq LABELS[i] ? -i + 0.5 : OUTSIDE):(sprintf('%.4g', shown(p))) \
		with labels left offset 0.3, 0 font small
	do for [l = 1001:1100] { unset label l }
}
unset multiplot
