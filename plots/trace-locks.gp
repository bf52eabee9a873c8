# SPDX-License-Identifier: GPL-2.0-or-later
#
# Waits for and holds of each lock, in ns per I/O; a panel for each of the two that was collected.
# Use: gnuplot -c PATH/plots/trace-locks.gp [svg|pdf|png|tikz], in a figures/ directory.

fmt = ARGC > 0 ? ARG1 : 'svg'
here = ARG0
while (strlen(here) > 0 && here[strlen(here):] ne '/') { here = here[1:strlen(here) - 1] }
load 'trace.gp'
name = 'trace-locks'
legend = 'points'
load here . 'trace.gp'
rows = |LOCKS|
longest = 8
do for [k = 1:rows] { if (strlen(LOCK_NAMES[k]) > longest) { longest = strlen(LOCK_NAMES[k]) } }
left = 0.15 + 0.062 * longest
# Panels stand below each other where there is no room side by side.
panels = WAITS + HOLDS
beside = panels == 2 && WIDTH - left > 2.4
row_height = 0.06 + 0.13 * n ** 0.5
panel_h = row_height * rows
height = head + (beside || panels == 1 ? 1 : 2) * (panel_h + 0.5)
load here . 'page.gp'
load here . 'legend.gp'

part = (WIDTH - left - 0.12) / (beside ? 2 : 1)
set yrange [-rows - 0.1:-0.1]
set logscale x
set format x '%.0s%c'
y(k, i) = -k + 0.5 + 0.7 * (0.5 * (n + 1) - i) / n

set multiplot
# The panels have one scale, so that waits and holds can be compared.
set xrange [LOCK_LO:LOCK_HI]
do for [panel = 0:panels - 1] {
	held = panel || !WAITS
	x0 = left + (beside ? panel * part : 0)
	y0 = head + (beside ? 0 : panel * (panel_h + 0.5))
	set lmargin at screen screen_x(x0)
	set rmargin at screen screen_x(x0 + part - (beside ? 0.32 : 0))
	set tmargin at screen screen_y(y0)
	set bmargin at screen screen_y(y0 + panel_h)
	set xlabel (held ? 'holds, ns per I/O' : 'waits, ns per I/O') . EMULATED offset 0, 0.5
	set ytics () scale 0
	do for [k = 1:rows] { set ytics add ((panel && beside ? '' : printed(LOCK_NAMES[k])) -k + 0.5) }
	if (!held && !WAITED) { set label 2 'no task waited for a lock' at graph 0.5, graph 0.5 center font small }
	plot for [i = 1:n] for [k = 1:rows] '../trace-locks.csv' skip 1 using \
		(strcol(1) eq LABELS[i] && strcol(2) eq LOCKS[k] ? \
		 (held ? column(12) / column(10) : column(6)) : NaN):(y(k, i)) \
		with points pt SHAPE[nth(i)] ps mark lc rgb COLOUR[nth(i)]
	unset label 2
	do for [l = 1001:1200] { unset label l }
}
unset multiplot
unset output
