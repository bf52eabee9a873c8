# SPDX-License-Identifier: GPL-2.0-or-later
#
# The life of an I/O: the mean of each stage, stacked; below it the same without the stages
# daemon and interrupt.
# Use: gnuplot -c PATH/plots/trace-life.gp [svg|pdf|png|tikz], in a figures/ directory.

fmt = ARGC > 0 ? ARG1 : 'svg'
here = ARG0
while (strlen(here) > 0 && here[strlen(here):] ne '/') { here = here[1:strlen(here) - 1] }
load 'trace.gp'
name = 'trace-life'
legend = ''
load here . 'trace.gp'

m = |STAGES|
array SHADE = ['#d9d9d9', '#969696', '#0072B2', '#56B4E9', '#ffffff', '#f0e442', '#D55E00', '#E69F00', \
	'#009E73', '#7ed6b8', '#525252']
waits(k) = STAGES[k] eq 'daemon' || STAGES[k] eq 'interrupt'
mean(i, k) = MEAN[(i - 1) * m + k]
array STAGE_X[m]
array STAGE_LINE[m]
x = 0.12; line = 0
do for [k = 1:m] {
	wide = 0.32 + 0.058 * strlen(STAGES[k])
	if (x + wide > WIDTH) { x = 0.12; line = line + 1 }
	STAGE_X[k] = x
	STAGE_LINE[k] = line
	x = x + wide
}
panel_h = 0.2 * n
top = head + 0.16 * (line + 1)
height = top + 2 * (panel_h + 0.44)
load here . 'page.gp'
load here . 'legend.gp'
set ytics scale 0

# The order in the legend is that in the bar.
set multiplot
do for [k = 1:m] {
	xx = STAGE_X[k]
	yy = head + 0.16 * STAGE_LINE[k]
	set object 1200 + k rectangle from screen screen_x(xx), screen screen_y(yy + 0.045) \
		to screen screen_x(xx + 0.13), screen screen_y(yy - 0.045) \
		fillcolor rgb SHADE[k] fillstyle solid border lc rgb '#404040' lw 0.5
	set label 1200 + k STAGES[k] at screen screen_x(xx + 0.17), screen screen_y(yy) left font small
}
do for [panel = 0:1] {
	y0 = top + panel * (panel_h + 0.44)
	set tmargin at screen screen_y(y0)
	set bmargin at screen screen_y(y0 + panel_h)
	set lmargin at screen screen_x(names_width)
	set rmargin at screen screen_x(WIDTH - 0.15)
	most = 0
	set ytics ()
	id = 1
	do for [i = 1:n] {
		at = 0
		set ytics add (printed(NAMES[i]) -i + 0.5)
		do for [k = 1:m] {
			if (!panel || !waits(k)) {
				set object id rectangle from first at, first -i + 0.14 \
					to first at + mean(i, k), first -i + 0.86 front \
					fillcolor rgb SHADE[k] fillstyle solid border lc rgb '#404040' lw 0.4
				id = id + 1
				at = at + mean(i, k)
			}
		}
		if (at > most) { most = at }
	}
	set xrange [0:most * 1.02]
	set yrange [-n:0]
	set xlabel (panel ? 'us without daemon and interrupt' : 'mean, us') . EMULATED offset 0, 0.6
	plot NaN notitle
	do for [o = 1:id] { unset object o }
	do for [o = 1001:1300] { unset label o; unset object o }
}
unset multiplot
unset output
