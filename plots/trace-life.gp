# SPDX-License-Identifier: GPL-2.0-or-later
#
# The life of an I/O: the mean of each stage, stacked; below it the same without the stages
# daemon and interrupt.
# Use: gnuplot -c PATH/plots/trace-life.gp [svg|pdf|png], in a figures/ directory.

fmt = ARGC > 0 ? ARG1 : 'svg'
here = ARG0
while (strlen(here) > 0 && here[strlen(here):] ne '/') { here = here[1:strlen(here) - 1] }
load 'trace.gp'
name = 'trace-life'
TITLE = 'The life of an I/O'
n_labels = |LABELS|
height = 1.85 + 2 * 0.2 * n_labels
load here . 'trace.gp'

m = |STAGES|
array FILL[m]
array SHADE = ['#d9d9d9', '#969696', '#0072B2', '#56B4E9', '#ffffff', '#f0e442', '#D55E00', '#E69F00', \
	'#009E73', '#7ed6b8', '#525252']
waits(k) = STAGES[k] eq 'daemon' || STAGES[k] eq 'interrupt'
mean(i, k) = MEAN[(i - 1) * m + k]
longest = 8
do for [i = 1:n] { if (strlen(LABELS[i]) > longest) { longest = strlen(LABELS[i]) } }
left = (0.2 + 0.066 * longest) / WIDTH
unset key
set ytics scale 0

# The order in the legend is that in the bar.
set multiplot
x = 0.015; row = 0
do for [k = 1:m] {
	if (x + (0.26 + 0.066 * strlen(STAGES[k])) / WIDTH > 0.99) { x = 0.015; row = row + 1 }
	yy = 1 - (0.40 + 0.16 * row) / height
	set object 1200 + k rectangle from screen x, screen yy - 0.045 / height \
		to screen x + 0.13 / WIDTH, screen yy + 0.045 / height \
		fillcolor rgb SHADE[k] fillstyle solid border lc rgb '#404040' lw 0.5
	set label 1200 + k STAGES[k] at screen x + 0.17 / WIDTH, screen yy left font small
	x = x + (0.36 + 0.066 * strlen(STAGES[k])) / WIDTH
}
do for [panel = 0:1] {
	top = 0.72 + panel * (0.2 * n_labels + 0.56)
	set tmargin at screen 1 - top / height
	set bmargin at screen 1 - (top + 0.2 * n_labels) / height
	set lmargin at screen left
	set rmargin at screen 0.985
	most = 0
	set ytics ()
	id = 1
	do for [i = 1:n] {
		at = 0
		set ytics add (LABELS[i] -i + 0.5)
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
	set xlabel (panel ? 'mean without daemon and interrupt, us' : 'mean, us') offset 0, 0.6
	plot NaN notitle
	do for [o = 1:id] { unset object o }
	do for [o = 1001:1300] { unset label o; unset object o }
}
unset multiplot
