package ode

import "math"

// Coefficients of the Radau IIA method of order 5 (Ehle 1969; Hairer and
// Wanner, Solving Ordinary Differential Equations II, sections IV.5 and IV.8).
// With its Runge–Kutta matrix A,
//
//	T⁻¹ A⁻¹ T = Λ = [ γ 0  0 ]
//	                [ 0 α −β ]
//	                [ 0 β  α ]
//
// so that one real and one complex system of the size of the state replace one
// of three times that size. The digits solve this in 60 digits with the
// normalization of T in Hairer and Wanner's code RADAU5.
const (
	radauReal = 3.6378342527444957322084185135777758 // γ
	radauRe   = 2.6810828736277521338957907432111121 // α
	radauIm   = 3.0504301992474105694263776247875679 // β

	sqrt6 = 2.4494897427831780981972840747058913919659474806566701284327
)

// radauNodes are the c_i of the stages, the Radau points of (0, 1].
var radauNodes = [3]float64{(4 - sqrt6) / 10, (4 + sqrt6) / 10, 1}

// radauT takes the transformed unknowns w to the stages: y(t + c_i h) ≈ y + Σ_k T_ik w_k.
var radauT = [3][3]float64{
	{0.091232394870892942791548135249436196, -0.14125529502095420842799038380779731, -0.030029194105147424491861117089053867},
	{0.24171793270710701895747477931014823, 0.20412935229379993199599081029833817, 0.38294211275726193779543823359987321},
	{0.96604818261509293619056708079459079, 1, 0},
}

// radauInverse is T⁻¹.
var radauInverse = [3][3]float64{
	{4.3255798900631553510243509529561488, 0.33919925181580986954282497405341099, 0.54177053993587487118652303349208963},
	{-4.1787185915519047273464626585120562, -0.32768282076106238708253327242961623, 0.4766235545005504519600690840910125},
	{-0.50287263494578687595124734313954429, 2.5719269498556054291867853536016751, -0.5960392048282249249688219110993024},
}

// radauCollocation is the collocation polynomial y(t+θh) ≈ y + Σ_k p_k(θ) w_k:
// row k has the coefficients of θ, θ², θ³ in p_k, for which p_k(c_i) = T_ik.
var radauCollocation = [3][3]float64{
	{0.9047043238533262692784753025810462, -2.4255872683801284944871803046389087, 2.4869311271418951613992720828524533},
	{-1.3682501039463120725911808783853766, 3.055417334264872011286571013559641, -0.68716723031855993869539013517426447},
	{-0.83103830636172115812528293986193783, 4.7125068119708528856769435045114436, -3.8814685056091317275516605646495057},
}

// radauDefect has the coefficients of θ to θ⁴ in
//
//	q(θ) = −10 γ ∫₀^θ (s−c₁)(s−c₂)(s−1) ds.
//
// The slope of the collocation polynomial u agrees with f at the three nodes. That
// of u(θ) + h (f − u')(0) q(θ)/γ agrees also at θ = 0, which raises the order by
// one, and ends at the same state: q(1) = 0, as the nodes are those of a
// quadrature of order 5. The error estimate is that defect times h/γ, but
// damped where the system is stiff.
var radauDefect = [4]float64{radauReal, -9.0 / 2 * radauReal, 6 * radauReal, -5.0 / 2 * radauReal}

// denseWeights multiply the transformed unknowns, p_k(theta), and the error
// estimate, q(theta), in dense output.
func denseWeights(theta float64) (weights [4]float64) {
	for k, p := range radauCollocation {
		weights[k] = theta * math.FMA(theta, math.FMA(theta, p[2], p[1]), p[0])
	}
	q := &radauDefect
	weights[3] = theta * math.FMA(theta, math.FMA(theta, math.FMA(theta, q[3], q[2]), q[1]), q[0])
	return weights
}

// extrapolation is the matrix that takes the transformed unknowns and the error
// estimate of a step to a guess of the transformed unknowns of the next, ratio
// times as long: the dense output continued.
func extrapolation(ratio float64) (matrix [3][4]float64) {
	atEnd := denseWeights(1)
	for i, node := range radauNodes {
		stage := denseWeights(math.FMA(node, ratio, 1))
		for l := range stage {
			difference := stage[l] - atEnd[l]
			for k := range matrix {
				matrix[k][l] = math.FMA(radauInverse[k][i], difference, matrix[k][l])
			}
		}
	}
	return matrix
}
