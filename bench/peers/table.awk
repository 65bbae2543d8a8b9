# Reads benchmarks of anisgd and of its peers, which have the same names with /peer=… after them, and prints the fastest
# of each and their ratios.

function option(name, key,   parts, i, n, pair) {
	n = split(name, parts, "/")
	for (i = 1; i <= n; i++) {
		split(parts[i], pair, "=")
		if (pair[1] == key) return pair[2]
	}
	return ""
}

# What the benchmark does, in words, and the unit its time is given in.
function describe(name,   outputs) {
	outputs = option(name, "outputs")
	if (name ~ /^BenchmarkNormals/) {
		unit = "ns/number"; scale = option(name, "n")
		return "standard normals, " option(name, "type")
	}
	if (name ~ /^BenchmarkStep/ && outputs > 1) {
		unit = "us/step"; scale = 1e3
		return "SGD step, " outputs " one-hot classes, d = " option(name, "d")
	}
	if (name ~ /^BenchmarkStep/) {
		unit = "ns/mode"; scale = option(name, "d") + 0
		return "SGD step, logistic, " (option(name, "precision") == "" ? "f64" : option(name, "precision")) ", d = " option(name, "d")
	}
	unit = "ms"; scale = 1e6
	if (name ~ /^BenchmarkSolveNodes/) return "limit to t = 50, rtol 1e-8, on nodes, any d"
	return "limit to t = 50, rtol 1e-6, d = " option(name, "d")
}

function row(name, peer,   work) {
	work = describe(name)
	printf "%-44s  %-9s  %8.4g", work, unit, best[name] / scale
	if (peer != "") printf "  %-20s  %8.4g  %6.1f", peer, best[name "/peer=" peer] / scale, best[name "/peer=" peer] / best[name]
	printf "\n"
}

/^Benchmark/ {
	if (!($1 in best)) {
		order[++count] = $1
		best[$1] = $3
	}
	if ($3 + 0 < best[$1] + 0) best[$1] = $3
}

END {
	printf "%-44s  %-9s  %8s  %-20s  %8s  %6s\n", "work", "unit", "anisgd", "peer", "time", "ratio"
	for (i = 1; i <= count; i++) {
		if (order[i] ~ /\/peer=/) continue
		if (order[i] ~ /^BenchmarkSolveNodes/) row(order[i], "")
		for (j = 1; j <= count; j++)
			if (index(order[j], order[i] "/peer=") == 1) row(order[i], substr(order[j], length(order[i]) + 7))
	}
}
