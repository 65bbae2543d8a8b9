package plot

import (
	"strconv"
	"strings"
)

// greek are the letters that names of variants spell out, because the names are
// also those of directories.
var greek = map[string]string{
	"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "eta": "η", "kappa": "κ",
	"lambda": "λ", "mu": "μ", "rho": "ρ", "sigma": "σ", "tau": "τ",
}

// Label is the name of a variant as a figure shows it: names of the form gamma-0.3
// become γ = 0.3, and numbers such as 1e6 powers of ten. All else stays.
func Label(name string) string {
	key, value, found := strings.Cut(name, "-")
	if _, err := strconv.ParseFloat(value, 64); !found || err != nil {
		return powers(name)
	}
	if letter, known := greek[key]; known {
		key = letter
	} else if len(key) != 1 {
		return powers(name)
	}
	return key + " = " + typographic(powers(value))
}
