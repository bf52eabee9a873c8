# SPDX-License-Identifier: GPL-2.0-or-later
#
# The share of I/Os that take longer than a latency, from fio, in runs without collectors.
# Use: gnuplot -c PATH/plots/trace-latency.gp [svg|pdf|png|tikz], in a figures/ directory.

fmt = ARGC > 0 ? ARG1 : 'svg'
here = ARG0
while (strlen(here) > 0 && here[strlen(here):] ne '/') { here = here[1:strlen(here) - 1] }
load 'trace.gp'
name = 'trace-latency'
legend = 'lines'
load here . 'trace.gp'
height = head + 2.4
load here . 'page.gp'
load here . 'legend.gp'

set lmargin at screen screen_x(0.74); set rmargin at screen screen_x(WIDTH - 0.15)
set tmargin at screen screen_y(head); set bmargin at screen screen_y(height - 0.42)
set logscale xy
set xlabel 'latency, us' . EMULATED offset 0, 0.5
set ylabel 'share of I/Os that take longer' offset 1.5, 0
set format x '%.0s%c'
set format y '%g'
plot for [i = 1:n] '../trace-latency.csv' skip 1 using \
	(strcol(1) eq LABELS[i] ? column(3) / 1000 : NaN):(column(2)) \
	with lines lw 1.6 dt DASH[nth(i)] lc rgb COLOUR[nth(i)]
unset output
