# SPDX-License-Identifier: GPL-2.0-or-later
#
# Shared by all figures of reports: the terminal and the sizes of text and marks. The script that
# loads this has set
#	fmt, name		svg, pdf, png or tikz; the output's name without its suffix
#	WIDTH, height		inches
# Text has 7.5 points in all formats, and small text 6.8, whatever the width is. tikz writes NAME.tex
# for \input, which needs gnuplot-lua-tikz.sty.

# The format svg calls 7.5 points 10 pixels. pdfcairo takes an inch to have 96 points, which its
# scale corrects. png is for the screen, at twice the size.
pixels = 96.0
suffix = fmt
if (fmt eq 'svg') {
	set terminal svg size WIDTH * pixels, height * pixels noenhanced \
		background rgb 'white' font 'DejaVu Sans,Helvetica,sans-serif,10' linewidth 1
	small = ',9'; dot = 0.25; mark = 0.48; drop = -0.3
}
if (fmt eq 'pdf') {
	set terminal pdfcairo size WIDTH in, height in noenhanced fontscale 0.75 \
		font 'DejaVu Sans,7.5' linewidth 1 background rgb 'white'
	small = ',6.8'; dot = 0.28; mark = 0.58; drop = -0.15
}
if (fmt eq 'png') {
	set terminal pngcairo size WIDTH * 2 * pixels, height * 2 * pixels noenhanced \
		fontscale 2 font 'DejaVu Sans,7.5' linewidth 2 background rgb 'white'
	small = ',6.8'; dot = 0.54; mark = 1.08; drop = -0.15
}
if (fmt eq 'tikz') {
	eval sprintf('set terminal tikz size %.3fin,%.3fin font "\\fontsize{7.5}{9}\\selectfont" linewidth 1', WIDTH, height)
	small = '\fontsize{6.8}{8}\selectfont'; dot = 0.4; mark = 0.8; drop = -0.1
	suffix = 'tex'
}
set output name . '.' . suffix
set datafile separator ','

# printed(s): a string that TeX prints as it is.
special(c) = c eq '\' ? '\textbackslash{}' : strstrt('%&_#$', c) ? '\' . c : c
escaped(s) = strlen(s) ? special(s[1:1]) . escaped(s[2:*]) : ''
printed(s) = fmt eq 'tikz' ? escaped(s) : s
# The style labels reads escapes in its strings; the boxes of tikz have no colour.
to_left = fmt eq 'tikz' ? '$\\triangleleft$' : '◂'
to_right = fmt eq 'tikz' ? '$\\triangleright$' : '▸'
BOXED = fmt eq 'tikz' ? '' : 'boxed'

set border lc rgb '#404040' lw 0.7
set tics nomirror scale 0.5 font small
set grid xtics ytics lt 1 lw 0.4 lc rgb '#dedede'
screen_x(inch) = inch / WIDTH
screen_y(inch) = 1 - inch / height
