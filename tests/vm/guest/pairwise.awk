# SPDX-License-Identifier: GPL-2.0-or-later
#
# Print rows of options, "strategy allocator granule prefill backing page_order daemon", such that
# each two values that can be together are together in a row. Input: the names of strategies, one
# a line. The last line, "# ...", has the numbers of rows and pairs.

{ strategies = strategies " " $1 }

function add_factor(list,	v, n, i)
{
	n = split(list, v, " ")
	factors++
	size[factors] = n
	for (i = 1; i <= n; i++)
		value[factors, i] = v[i]
}

function is(name, f) { return row[f] && value[f, row[f]] == name }

function chosen(f) { return row[f] ? value[f, row[f]] : "" }

# Can the values of row[], of which some are not chosen yet (0), be together? kmod/core/registry.c
# and the strategies have these rules.
function can_be(	s, own, lazy)
{
	s = chosen(1)
	# Only rw has pread() and pwrite().
	if (is("file", 7) && s == "")
		s = "rw"
	own = s == "direct" || s == "pool"
	lazy = s ~ /^lazy-/ || s == "rw"
	if (own && row[2] && !is("cached", 2))
		return 0
	if (s == "direct" && (row[4] && !is("none", 4) || row[5] && !is("zeroed", 5)))
		return 0
	if (lazy && (is("prealloc", 5) || is("huge", 5)))
		return 0
	if (s == "zap" && is("huge", 5))
		return 0
	return !(is("file", 7) && s != "rw")
}

function pair(f, i, g, j) { return f < g ? f SUBSEP i SUBSEP g SUBSEP j : g SUBSEP j SUBSEP f SUBSEP i }

function clear_row(	f) { for (f = 1; f <= factors; f++) row[f] = 0 }

# Return how many open pairs the value i of factor f makes with those that are chosen.
function gain(f, i,	g, n)
{
	for (g = 1; g <= factors; g++)
		n += row[g] && g != f && (pair(f, i, g, row[g]) in open)
	return n + 0
}

# Choose the value of factor f that closes most pairs; of equal ones another one for each row.
function choose(f,	i, k, best, most, n)
{
	best = 0
	most = -1
	for (k = 0; k < size[f]; k++) {
		i = (k + rows) % size[f] + 1
		row[f] = i
		n = can_be() ? gain(f, i) : -1
		row[f] = 0
		if (n > most) {
			most = n
			best = i
		}
	}
	row[f] = best
}

function close_pairs(	f, g)
{
	for (f = 1; f < factors; f++)
		for (g = f + 1; g <= factors; g++)
			delete open[pair(f, row[f], g, row[g])]
}

# A row that begins with the values i of factor f and j of factor g.
function make_row(f, i, g, j,	k, text)
{
	clear_row()
	row[f] = i
	row[g] = j
	for (k = 1; k <= factors; k++)
		if (!row[k])
			choose(k)
	# No strategy of these can have both.
	for (k = 1; k <= factors; k++)
		if (!row[k]) {
			delete open[pair(f, i, g, j)]
			possible--
			return
		}
	close_pairs()
	rows++
	for (k = 1; k <= factors; k++)
		text = text (k > 1 ? " " : "") chosen(k)
	print text
}

END {
	add_factor(strategies)
	add_factor("cached plain genalloc ring sbitmap")
	add_factor("4k page")
	add_factor("none zero copy")
	add_factor("zeroed unzeroed prealloc huge")
	add_factor("0 1 2 3 4")
	add_factor("plain umem file")
	for (f = 1; f < factors; f++)
		for (g = f + 1; g <= factors; g++)
			for (i = 1; i <= size[f]; i++)
				for (j = 1; j <= size[g]; j++) {
					clear_row()
					row[f] = i
					row[g] = j
					all++
					if (can_be()) {
						possible++
						open[pair(f, i, g, j)]
					}
				}
	for (f = 1; f < factors; f++)
		for (g = f + 1; g <= factors; g++)
			for (i = 1; i <= size[f]; i++)
				for (j = 1; j <= size[g]; j++)
					if (pair(f, i, g, j) in open)
						make_row(f, i, g, j)
	for (p in open)
		left++
	print "# " rows " rows have " possible - left " of " possible " pairs; " \
	      all - possible " of " all " cannot be"
}
