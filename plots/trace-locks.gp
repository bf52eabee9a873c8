# SPDX-License-Identifier: GPL-2.0-or-later
#
# Waits for and holds of each lock, in ns per I/O.
# Use: gnuplot -c PATH/plots/trace-locks.gp [svg|pdf|png], in a figures/ directory.

fmt = ARGC > 0 ? ARG1 : 'svg'
here = ARG0
while (strlen(here) > 0 && here[strlen(here):] ne '/') { here = here[1:strlen(here) - 1] }
load 'trace.gp'
name = 'trace-locks'
TITLE = 'Locks'
rows = |LOCKS|
height = 1.25 + 0.19 * rows
load here . 'trace.gp'

longest = 8
do for [k = 1:rows] { if (strlen(LOCKS[k]) > longest) { longest = strlen(LOCKS[k]) } }
left = (0.15 + 0.066 * longest) / WIDTH
half = (0.985 - left) / 2
set tmargin at screen 1 - 0.62 / height; set bmargin at screen 0.44 / height
set yrange [-rows - 0.1:-0.1]
set logscale x
set format x '%.0s%c'
unset key
y(k, i) = -k + 0.5 + 0.5 * (0.5 * (n + 1) - i) / n

set multiplot
x = 0.015
do for [i = 1:n] {
	set label 1100 + i LABELS[i] at screen x, screen 1 - 0.42 / height left offset 1.2, 0 \
		point pt SHAPE[nth(i)] ps mark lc rgb COLOUR[nth(i)] font small
	x = x + (0.42 + 0.066 * strlen(LABELS[i])) / WIDTH
}
# The panels have one scale, so that waits and holds can be compared.
set xrange [LOCK_LO:LOCK_HI]
do for [panel = 0:1] {
	set lmargin at screen left + panel * half
	set rmargin at screen left + panel * half + half - 0.035
	set xlabel (panel ? 'holds, ns per I/O' : 'waits, ns per I/O; no mark: none seen') offset 0, 0.5
	set ytics () scale 0
	do for [k = 1:rows] { set ytics add ((panel ? '' : LOCKS[k]) -k + 0.5) }
	plot for [i = 1:n] for [k = 1:rows] '../trace-locks.csv' skip 1 using \
		(strcol(1) eq LABELS[i] && strcol(2) eq LOCKS[k] ? \
		 (panel ? column(12) / column(10) : column(6)) : NaN):(y(k, i)) \
		with points pt SHAPE[nth(i)] ps mark lc rgb COLOUR[nth(i)]
	do for [l = 1001:1200] { unset label l }
}
unset multiplot
