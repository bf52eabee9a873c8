# SPDX-License-Identifier: GPL-2.0-or-later
#
# Shared by the figures of traces. They run in DIR/figures of a traced campaign, read
# DIR/trace-*.csv, and have loaded trace.gp there:
#	EMULATED, JOB, DEVICES	texts
#	LABELS, STAGES, LOCKS	arrays of names; LOCKS has those with the longest waits and holds
#	MEAN			us per I/O, of label i and stage k at (i - 1) * |STAGES| + k
#	FIRST_TOUCH, END	ms, the largest of all labels
#	PEAK			KiB of bounce pages, the largest of all labels
# and set: fmt, name, TITLE, height in inches.

WIDTH = 7.0
pixels = 96.0
if (fmt eq 'svg') {
	set terminal svg size WIDTH * pixels, height * pixels noenhanced \
		background rgb 'white' font 'DejaVu Sans,Helvetica,sans-serif,10' linewidth 1
	small = ',9'; big = ',11.5'; mark = 0.55
}
if (fmt eq 'pdf') {
	set terminal pdfcairo size WIDTH in, height in noenhanced fontscale 0.75 \
		font 'DejaVu Sans,7.5' linewidth 1 background rgb 'white'
	small = ',6.8'; big = ',8.6'; mark = 0.6
}
if (fmt eq 'png') {
	set terminal pngcairo size WIDTH * 2 * pixels, height * 2 * pixels noenhanced \
		fontscale 2 font 'DejaVu Sans,7.5' linewidth 2 background rgb 'white'
	small = ',6.8'; big = ',8.6'; mark = 1.1
}
set output name . '.' . fmt
set datafile separator ','

# Colours by Okabe and Ito; in grey the dashes and the shapes differ.
array COLOUR = ['#000000', '#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#7f7f7f']
array SHAPE = [7, 9, 5, 11, 6, 8, 4, 10]
array DASH = [1, 2, 4, 5, 3, 1, 2, 4]
nth(i) = (i - 1) % |COLOUR| + 1

n = |LABELS|
set border 3 lc rgb '#404040' lw 0.7
set tics nomirror scale 0.5 font small
set grid xtics ytics lt 1 lw 0.4 lc rgb '#dedede'
set key font small
set label 1001 TITLE . EMULATED . ', ' . JOB . DEVICES at screen 0.015, screen 1 - 0.17 / height left font big
foot = 0.16 / height
