# SPDX-License-Identifier: GPL-2.0-or-later
#
# Throughput measured with 1 and 2 threads by `bouncelab micro --model --csv FILE`, and its
# queueing model for up to 64 threads: a panel per size. A line with a name at its end is a
# strategy that waits for a lock; all others are one grey band.
# Use: gnuplot -c plots/micro-model.gp FILE-model.csv OUT.svg

if (ARGC < 2) {
	print 'use: gnuplot -c plots/micro-model.gp FILE-model.csv OUT.svg'
	exit status 2
}
csv = ARG1
sizes = system(sprintf("awk -F , 'NR > 1 && !seen[$4]++ { print $4 }' '%s'", csv))
if (words(sizes) == 0) {
	print sprintf('%s: no lines of a model in it', csv)
	exit status 1
}
n_of(what) = system(sprintf("awk -F , '$2 == \"%s\" { print $6; exit }' '%s'", what, csv))
plane = system(sprintf("awk -F , 'NR == 2 { print $1 }' '%s'", csv))

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
# Names at the ends of the lines, from the top, each at least APART below the one above.
APART = 1.42
ends(size) = '<' . awk(size, 'while (1) { best = ""; for (i = 1; i <= n; i++) { s = name[i]; ' \
	. 'if (held(s) && !done[s] && (best == "" || x[s, 64] > x[best, 64])) best = s } ' \
	. 'if (best == "") exit; done[best] = 1; y = x[best, 64]; ' \
	. 'if (last && y > last / ' . sprintf('%g', APART) . ') y = last / ' . sprintf('%g', APART) \
	. '; last = y; print 64, x[best, 64], y, best }')

set terminal svg size 672, 370 noenhanced background rgb 'white' \
	font 'DejaVu Sans,Helvetica,sans-serif,10'
set output ARG2
set border 3 lc rgb '#404040'
set tics nomirror scale 0.5 font ',9'
set grid lt 1 lw 0.4 lc rgb '#e4e4e4'
set logscale xy
set xtics (1, '' 2, 4, '' 8, 16, '' 32, 64)
END = 84		# of the axis; from 64 to it, connectors lead from lines to names
set xrange [0.85:END]
set format y '%g'
unset key

set label 1 'Model of mappings per second with many threads, from the hold times of locks' \
	at screen 0.012, screen 0.95 left font ',11.5'
array CAPTION[4]
CAPTION[1] = sprintf('Lines: the model (closed queueing network; n = %s runs with timed locks) of strategies ' \
	. 'that wait for a lock.', n_of('model'))
CAPTION[2] = 'Band: the model of all other strategies.'
CAPTION[3] = sprintf('Circles: measured, 1 and 2 threads (n = %s rounds), filled for strategies with a line.', \
	n_of('measured'))
CAPTION[4] = sprintf('Plane %s, threads in user space. Measurements end at 2 threads.', plane)
do for [k = 1:4] {
	set label 1 + k CAPTION[k] at screen 0.012, screen 0.21 - 0.045 * k left font ',9'
}

panels = words(sizes)
left = 0.07
slot = (1 - left) / panels
plotted = slot - 0.15	# beside it, the names
set tmargin at screen 0.85
set bmargin at screen 0.3
set multiplot
do for [p = 1:panels] {
	size = word(sizes, p)
	held = held_ones(size)
	set lmargin at screen left + (p - 1) * slot
	set rmargin at screen left + (p - 1) * slot + plotted
	set title sprintf('%s bytes', size) font ',10' offset 0, -0.4
	set xlabel 'threads' font ',9' offset 0, 0.5
	if (p == 1) { set ylabel 'million mappings per second' font ',9' offset 1.5, 0 } else { unset ylabel }
	set clip two
	plot band(size) using 1:2:3 with filledcurves fc rgb '#dcdcdc' notitle, \
	     for [i = 1:words(held)] line(size, word(held, i)) using 1:2 with lines \
			lw 1.4 dt i lc rgb '#000000' notitle, \
	     measured(size, 0) using 1:2 with points pt 6 ps 0.45 lc rgb '#808080' notitle, \
	     measured(size, 1) using 1:2 with points pt 7 ps 0.45 lc rgb '#000000' notitle, \
	     ends(size) using 1:2:(END - $1):($3 - $2) with vectors nohead lw 0.5 lc rgb '#808080' notitle, \
	     ends(size) using (END):3:4 with labels left offset 0.2, 0 font ',8.5' notitle
	do for [k = 1:5] { unset label k }
}
unset multiplot
unset output
