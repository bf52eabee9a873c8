# SPDX-License-Identifier: GPL-2.0-or-later
#
# The share of I/Os that take longer than a latency, from fio, in runs without collectors.
# Use: gnuplot -c PATH/plots/trace-latency.gp [svg|pdf|png], in a figures/ directory.

fmt = ARGC > 0 ? ARG1 : 'svg'
here = ARG0
while (strlen(here) > 0 && here[strlen(here):] ne '/') { here = here[1:strlen(here) - 1] }
load 'trace.gp'
name = 'trace-latency'
TITLE = 'Completion latency'
height = 2.9
load here . 'trace.gp'

set lmargin at screen 0.09; set rmargin at screen 0.80
set tmargin at screen 1 - 0.36 / height; set bmargin at screen 0.44 / height
set logscale xy
set xlabel 'latency, us' offset 0, 0.5
set ylabel 'share of I/Os that take longer' offset 1.5, 0
set format x '%.0s%c'
set format y '%g'
set key at screen 0.82, graph 1 left Left reverse samplen 3
plot for [i = 1:n] '../trace-latency.csv' skip 1 using \
	(strcol(1) eq LABELS[i] ? column(3) / 1000 : NaN):(column(2)) \
	with lines lw 1.6 dt DASH[nth(i)] lc rgb COLOUR[nth(i)] title LABELS[i]
