# SPDX-License-Identifier: GPL-2.0-or-later
#
# What `bouncelab micro --model --csv FILE` measured for 1 and 2 threads, and what its
# queueing model makes of that for up to 64: a panel per size, a line per strategy.
# Use: gnuplot -c plots/micro-model.gp FILE-model.csv OUT.svg

if (ARGC < 2) {
	print 'use: gnuplot -c plots/micro-model.gp FILE-model.csv OUT.svg'
	exit status 2
}
csv = ARG1
rows(test, column) = system(sprintf("awk -F , 'NR > 1 && %s && !seen[$%d]++ { print $%d }' '%s'", \
	test, column, column, csv))
strategies = rows('1', 3)
sizes = rows('1', 4)
plane = rows('1', 1)
n_model = rows('$2 == "model"', 6)
n_measured = rows('$2 == "measured"', 6)
if (words(strategies) == 0) {
	print sprintf('%s: no lines of a model in it', csv)
	exit status 1
}

set terminal svg size 672, 250 + 18 * words(strategies) noenhanced background rgb 'white' \
	font 'DejaVu Sans,Helvetica,sans-serif,10'
set output ARG2
set datafile separator ','
set border 3 lc rgb '#404040'
set tics nomirror scale 0.5 font ',9'
set grid lt 1 lw 0.4 lc rgb '#dedede'
set logscale xy
set xtics (1, 2, 4, 8, 16, 32, 64)
set xrange [0.9:70]
set format y '%g'

# By Okabe and Ito, told apart by everybody; what comes after the first eight is dashed.
array COLOUR = ['#000000', '#E69F00', '#56B4E9', '#009E73', '#D0B000', '#0072B2', '#D55E00', '#CC79A7']
colour(i) = COLOUR[1 + (i - 1) % |COLOUR|]
dash(i) = 1 + (i - 1) / |COLOUR| * 2
shape(i) = 4 + (i - 1) % 8

per_us(what, size, strategy) = strcol(2) eq what && strcol(4) eq size && strcol(3) eq strategy ? \
	column(7) / 1e6 : NaN

set label 1 'Model: mappings per second of many threads, from the hold times of locks' \
	at screen 0.015, screen 0.965 left font ',11.5'
set label 2 sprintf('Lines: model (closed queueing network; n = %s runs with timed locks). Symbols: ' \
	. 'measured, 1 and 2 threads (n = %s rounds).', n_model, n_measured) \
	at screen 0.015, screen 0.06 left font ',9'
set label 3 sprintf('Plane: %s, threads in user space, not a kernel. Nothing beyond 2 threads ' \
	. 'was measured.', plane) at screen 0.015, screen 0.025 left font ',9'

panels = words(sizes)
left = 0.075
right = 0.79
gap = 0.055
width = (right - left - gap * (panels - 1)) / panels
set tmargin at screen 0.86
set bmargin at screen 0.19
set multiplot
do for [p = 1:panels] {
	set lmargin at screen left + (p - 1) * (width + gap)
	set rmargin at screen left + (p - 1) * (width + gap) + width
	set title sprintf('%s bytes', word(sizes, p)) font ',10'
	set xlabel 'threads' font ',9'
	if (p == 1) { set ylabel 'million mappings per second' font ',9' offset 1.5, 0 } else { unset ylabel }
	if (p == panels) { set key at screen 0.99, screen 0.86 right top Left reverse font ',9' } \
		else { unset key }
	plot for [i = 1:words(strategies)] csv skip 1 using 5:(per_us('model', word(sizes, p), \
			word(strategies, i))) with lines lw 1.4 dt dash(i) lc rgb colour(i) \
			title word(strategies, i), \
	     for [i = 1:words(strategies)] csv skip 1 using 5:(per_us('measured', word(sizes, p), \
			word(strategies, i))) with points pt shape(i) ps 0.5 lc rgb colour(i) notitle
	do for [k = 1:3] { unset label k }
}
unset multiplot
unset output
