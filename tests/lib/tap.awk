# SPDX-License-Identifier: GPL-2.0-or-later
#
# Check that a test printed valid TAP: awk -v code=EXIT-CODE -f tap.awk LOG. Prints one
# line for each error, and exits with 1 if there is any. Results are numbered from 1
# without a gap; a plan says how many there are; the exit code is 0 exactly if no result
# is "not ok". Results that are indented by four blanks are a subtest of the next result
# that is not, and obey the same rules. Other lines are ignored.

function bad(text)
{
	print "line " FNR ": " text
	errors++
}

# Forget the results of one level.
function begin(d)
{
	n[d] = plans[d] = plan[d] = failed[d] = 0
}

# A level ends: its plan has to be there, and to fit.
function end(d, what)
{
	if (!plans[d])
		bad("no plan for the " n[d] " results of " what)
	else if (plan[d] != n[d])
		bad("the plan of " what " is 1.." plan[d] ", and there are " n[d] " results")
}

BEGIN { begin(0); begin(1) }

{
	depth = sub(/^    /, "") ? 1 : 0
}

/^1\.\.[0-9]+( *#.*)?$/ {
	if (plans[depth]++)
		bad("a second plan")
	split($1, part, /\.\./)
	plan[depth] = part[2]
	if (part[2] == 0 && $0 ~ /# *[Ss][Kk][Ii][Pp]/)
		skipped[depth] = 1
	next
}

/^(not )?ok( |$)/ {
	number = $1 == "not" ? $3 : $2
	n[depth]++
	if (number != n[depth])
		bad("result " n[depth] " has the number '" number "'")
	if ($1 == "not")
		failed[depth]++
	if (!depth && (n[1] || plans[1])) {
		end(1, "the subtest")
		if (failed[1] && $1 == "ok")
			bad("the subtest failed, and its result is ok")
		begin(1)
	}
}

END {
	if (n[1] || plans[1])
		bad("a subtest without a result")
	end(0, "the test")
	if (!n[0] && !skipped[0])
		bad("no result")
	if ((code == 0) != (failed[0] == 0))
		bad("exit code " code " with " failed[0] + 0 " failures")
	exit errors > 0
}
