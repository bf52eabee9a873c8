# SPDX-License-Identifier: GPL-2.0-or-later
#
# Throughput measured with 1 and 2 threads by `bouncelab micro --model --csv FILE`, and its
# queueing model for up to 64 threads: a panel per size. A line with a name at its end is a
# strategy that waits for a lock; all others are one grey band.
# Use: gnuplot -c PATH/plots/micro-model.gp FILE-model.csv OUT.(svg|pdf|png|tex) [INCHES]

if (ARGC < 2) {
	print 'use: gnuplot -c PATH/plots/micro-model.gp FILE-model.csv OUT.(svg|pdf|png|tex) [INCHES]'
	exit status 2
}
csv = ARG1
fmt = ARG2[strlen(ARG2) - 2:]
name = ARG2[1:strlen(ARG2) - 4]
if (fmt eq 'tex') { fmt = 'tikz' }
if (!strstrt('svg pdf png tikz', fmt)) {
	print sprintf("%s: unknown suffix '%s'; valid: svg, pdf, png, tex", ARG2, fmt)
	exit status 2
}
WIDTH = ARGC > 2 ? real(ARG3) : 7.0
here = ARG0
while (strlen(here) > 0 && here[strlen(here):] ne '/') { here = here[1:strlen(here) - 1] }
sizes = system(sprintf("awk -F , 'NR > 1 && !seen[$4]++ { print $4 }' '%s'", csv))
if (words(sizes) == 0) {
	print sprintf('%s: no lines of a model in it', csv)
	exit status 1
}

# held(strategy): 64 threads do less than half of 64 times the work of one.
HELD = '$2 == "model" && $4 == SIZE { x[$3, $5] = $7 / 1e6; if (!seen[$3]++) name[++n] = $3 } ' \
	. 'function held(s) { return x[s, 64] < 32 * x[s, 1] } '
awk(size, end) = sprintf("awk -F , -v SIZE=%s '%s END { %s }' '%s'", size, HELD, end, csv)

# Lowest and highest of the band, at each number of threads.
band(size) = '<' . awk(size, 'for (t = 1; t <= 64; t *= 2) { lo = 1e9; hi = 0; ' \
	. 'for (i = 1; i <= n; i++) if (!held(name[i])) { v = x[name[i], t]; ' \
	. 'if (v < lo) lo = v; if (v > hi) hi = v } if (hi) print t, lo, hi }')
free_ones(size) = system(awk(size, 'for (i = 1; i <= n; i++) if (!held(name[i])) ' \
	. 'printf "%s%s", f++ ? ", " : "", name[i]'))
held_ones(size) = system(awk(size, 'for (i = 1; i <= n; i++) if (held(name[i])) print name[i]'))
line(size, strategy) = sprintf("< awk -F , '$2 == \"model\" && $4 == %s && $3 == \"%s\" " \
	. "{ print $5, $7 / 1e6 }' '%s'", size, strategy, csv)
# Measured points of the held strategies (of = 1), or of all others (0).
measured(size, of) = '<' . sprintf("awk -F , -v SIZE=%s '%s $2 == \"measured\" && $4 == SIZE " \
	. "{ m[$3, $5] = $7 / 1e6 } END { for (i = 1; i <= n; i++) if (held(name[i]) == %d) " \
	. "for (t = 1; t <= 2; t++) if (m[name[i], t]) print t, m[name[i], t] }' '%s'", \
	size, HELD, of, csv)
# Names at the ends of the lines, from the top, each at least the factor APART below the one above.
ends(size) = '<' . awk(size, 'while (1) { best = ""; for (i = 1; i <= n; i++) { s = name[i]; ' \
	. 'if (held(s) && !done[s] && (best == "" || x[s, 64] > x[best, 64])) best = s } ' \
	. 'if (best == "") exit; done[best] = 1; y = x[best, 64]; ' \
	. 'if (last && y > last / ' . sprintf('%g', APART) . ') y = last / ' . sprintf('%g', APART) \
	. '; last = y; print 64, x[best, 64], y, best }')

# Panels stand below each other where there is no room side by side for them and the names.
panels = words(sizes)
names_room = 0.95
beside = WIDTH / panels > 2.0
slot = beside ? (WIDTH - 0.42) / panels : WIDTH - 0.42
panel_w = slot - names_room
panel_h = beside ? 2.3 : 1.7
APART = beside ? 1.42 : 1.62	# of the names
gap = 0.62
lines = beside ? 1 : 4
head = 0.30 + 0.15 * lines
height = head + (beside ? 1 : panels) * (panel_h + gap) - 0.16
load here . 'page.gp'
set datafile separator whitespace
set border 3
set logscale xy
set xtics (1, '' 2, 4, '' 8, 16, '' 32, 64)
END = 84		# of the axis; from 64 to it, connectors lead from lines to names
MEASURED = 2		# threads
set xrange [0.85:END]
set format y '%g'
unset key
set clip two

# --- the legend -----------------------------------------------------------------
array WORDS = ['model: waits for a lock', 'model: all others', 'measured (hollow: the band)', 'no measurement']
array AT = [0.12, 1.85, 3.20, 5.20]
x_of(k) = beside ? AT[k] : 0.12
y_of(k) = 0.12 + (beside ? 0 : 0.15 * (k - 1))
do for [k = 1:4] {
	set label 1000 + k WORDS[k] at screen screen_x(x_of(k) + 0.33), screen screen_y(y_of(k)) left font small
}
set arrow 1001 from screen screen_x(x_of(1)), screen screen_y(y_of(1)) \
	to screen screen_x(x_of(1) + 0.26), screen screen_y(y_of(1)) nohead lw 1.4 lc rgb '#000000'
set object 1002 rectangle from screen screen_x(x_of(2)), screen screen_y(y_of(2) + 0.045) \
	to screen screen_x(x_of(2) + 0.26), screen screen_y(y_of(2) - 0.045) \
	fillcolor rgb '#cccccc' fillstyle solid noborder
set label 1005 '' at screen screen_x(x_of(3) + 0.07), screen screen_y(y_of(3)) \
	point pt 7 ps mark lc rgb '#000000'
set label 1006 '' at screen screen_x(x_of(3) + 0.19), screen screen_y(y_of(3)) \
	point pt 6 ps mark lc rgb '#606060'
set object 1003 rectangle from screen screen_x(x_of(4)), screen screen_y(y_of(4) + 0.045) \
	to screen screen_x(x_of(4) + 0.26), screen screen_y(y_of(4) - 0.045) \
	fillcolor rgb '#f6f6f6' fillstyle solid border lc rgb '#dedede' lw 0.4

# --- the panels -----------------------------------------------------------------
set multiplot
do for [p = 1:panels] {
	size = word(sizes, p)
	held = held_ones(size)
	x0 = 0.48 + (beside ? (p - 1) * slot : 0)
	y0 = head + (beside ? 0 : (p - 1) * (panel_h + gap))
	set lmargin at screen screen_x(x0)
	set rmargin at screen screen_x(x0 + panel_w)
	set tmargin at screen screen_y(y0)
	set bmargin at screen screen_y(y0 + panel_h)
	set label 1 sprintf('%s bytes', size) at graph 0.5, screen screen_y(y0 - 0.1) center
	set xlabel 'threads' offset 0, 0.5
	if (p == 1 || !beside) { set ylabel 'million mappings/s' offset 1.5, 0 } else { unset ylabel }
	set object 1 rectangle from first MEASURED * 1.1, graph 0 to graph 1, graph 1 behind \
		fillcolor rgb '#f6f6f6' fillstyle solid noborder
	plot band(size) using 1:2:3 with filledcurves fc rgb '#cccccc' notitle, \
	     for [i = 1:words(held)] line(size, word(held, i)) using 1:2 with lines \
			lw 1.4 dt i lc rgb '#000000' notitle, \
	     measured(size, 0) using 1:2 with points pt 6 ps mark lc rgb '#606060' notitle, \
	     measured(size, 1) using 1:2 with points pt 7 ps mark lc rgb '#000000' notitle, \
	     ends(size) using 1:2:(END - $1):($3 - $2) with vectors nohead lw 0.5 lc rgb '#808080' notitle, \
	     ends(size) using (END):3:4 with labels left offset 0.2, 0 font small notitle
	do for [k = 1001:1010] { unset label k; unset arrow k; unset object k }
}
unset multiplot
unset output
