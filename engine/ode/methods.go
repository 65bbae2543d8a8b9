package ode

// Euler is the explicit Euler method with linear interpolation.
var Euler = Tableau{
	Name:       "euler",
	Stages:     1,
	Order:      1,
	DenseOrder: 1,
	A:          [][]float64{{}},
	B:          []float64{1},
	C:          []float64{0},
	Dense:      [][]float64{{1}},
}

// RK4 is the classical method of Kutta (1901) with its cubic continuous
// extension of order 3 (Hairer, Nørsett and Wanner, section II.6).
var RK4 = Tableau{
	Name:       "rk4",
	Stages:     4,
	Order:      4,
	DenseOrder: 3,
	A: [][]float64{
		{},
		{1.0 / 2},
		{0, 1.0 / 2},
		{0, 0, 1},
	},
	B: []float64{1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6},
	C: []float64{0, 1.0 / 2, 1.0 / 2, 1},
	Dense: [][]float64{
		{1, -3.0 / 2, 2.0 / 3},
		{0, 1, -2.0 / 3},
		{0, 1, -2.0 / 3},
		{0, -1.0 / 2, 2.0 / 3},
	},
}

// DormandPrince5 is the pair 5(4)7M of Dormand and Prince, A family of embedded
// Runge–Kutta formulae, J. Comput. Appl. Math. 6 (1980) 19–26, with the
// continuous extension of order 4 of Shampine (1986), that of Hairer's DOPRI5
// and MATLAB's ode45.
var DormandPrince5 = Tableau{
	Name:       "dopri5",
	Stages:     7,
	Order:      5,
	ErrorOrder: 4,
	DenseOrder: 4,
	FSAL:       true,
	A: [][]float64{
		{},
		{1.0 / 5},
		{3.0 / 40, 9.0 / 40},
		{44.0 / 45, -56.0 / 15, 32.0 / 9},
		{19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
		{9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
		{dp1, 0, dp3, dp4, dp5, dp6},
	},
	B: []float64{dp1, 0, dp3, dp4, dp5, dp6, 0},
	C: []float64{0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1},
	E: []float64{
		71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40,
	},
	// The interpolant is the cubic Hermite polynomial of both ends plus
	// θ²(1−θ)² Σ d_i k_i:
	//
	//	b_i(θ) = δ_i1 θ + (3B_i − 2δ_i1 − δ_i7 + d_i) θ² + (δ_i1 + δ_i7 − 2B_i − 2d_i) θ³ + d_i θ⁴.
	Dense: [][]float64{
		{1, 3*dp1 - 2 + dd1, 1 - 2*dp1 - 2*dd1, dd1},
		{0, 0, 0, 0},
		{0, 3*dp3 + dd3, -2*dp3 - 2*dd3, dd3},
		{0, 3*dp4 + dd4, -2*dp4 - 2*dd4, dd4},
		{0, 3*dp5 + dd5, -2*dp5 - 2*dd5, dd5},
		{0, 3*dp6 + dd6, -2*dp6 - 2*dd6, dd6},
		{0, -1 + dd7, 1 - 2*dd7, dd7},
	},
}

// Exact rationals: Go evaluates them and their sums above at compile time,
// rounding once.
const (
	// The weights B of DormandPrince5; B_2 and B_7 are 0.
	dp1 = 35.0 / 384
	dp3 = 500.0 / 1113
	dp4 = 125.0 / 192
	dp5 = -2187.0 / 6784
	dp6 = 11.0 / 84

	// The weights d of its dense output; d_2 is 0.
	dd1 = -12715105075.0 / 11282082432
	dd3 = 87487479700.0 / 32700410799
	dd4 = -10690763975.0 / 1880347072
	dd5 = 701980252875.0 / 199316789632
	dd6 = -1453857185.0 / 822651844
	dd7 = 69997945.0 / 29380423
)

// Tsitouras5 is the pair 5(4) of Tsitouras, Runge–Kutta pairs of order 5(4)
// satisfying only the first column simplifying assumption, Comput. Math. Appl.
// 62 (2011) 770–775, with the continuous extension of order 4 given there.
//
// The paper prints about 17 digits. The digits here solve the order conditions
// in extended precision for the paper's free choices: c_2 = 0.161, c_3 = 0.327,
// c_4 = 0.9, B_2 = 0.01, E_7 = −1/66, b_2(θ) and b_7(θ) as below.
var Tsitouras5 = Tableau{
	Name:       "tsit5",
	Stages:     7,
	Order:      5,
	ErrorOrder: 4,
	DenseOrder: 4,
	FSAL:       true,
	A: [][]float64{
		{},
		{0.161},
		{-0.0084806554923569885444268742502, 0.33548065549235698854442687425023},
		{2.8971530571054934321304325941929, -6.3594484899750748431481599123838, 4.3622954328695814110177273181909},
		{5.3258648284392566044288779208405, -11.748883564062827877747170339786,
			7.4955393428898362083046047845644, -0.092495066361755249256502079332072},
		{5.8614554429464200286592514869826, -12.920969317847109291706118681783,
			8.1593678985761586431804007945393, -0.071584973281400997224530542525830,
			-0.028269050394068382909003057212712},
		{ts1, ts2, ts3, ts4, ts5, ts6},
	},
	B: []float64{ts1, ts2, ts3, ts4, ts5, ts6, 0},
	C: []float64{0, 0.161, 0.327, 0.9, 0.98002554090450968572981028628702, 1, 1},
	E: []float64{
		0.0017800110522257714433785506075395,
		0.00081643445965674690322363606335469,
		-0.0078808780102619960103147276725263,
		0.14471100717326290753716514797264,
		-0.58235716545255522501993761065204,
		0.45808210592918694666163651883255,
		-1.0 / 66,
	},
	Dense: [][]float64{
		{1, -2.7637061972748258686729880, 2.9132554618219126554186460, -1.0530884977290215572272490},
		{0, 0.1317, -0.2234, 0.1017},
		{0, 3.9302962368947515174092940, -5.9410338721315047357175890, 2.4906272856512527930835450},
		{0, -12.411077166933677038730470, 30.338188630282321650230050, -16.548102889244902718307300},
		{0, 37.509313416511039178978440, -88.178904894766401077561070, 47.379521962819281218681580},
		{0, -27.896526289197287788984270, 65.091894674793671507629970, -34.870657861496609736230340},
		{0, 3.0 / 2, -4, 5.0 / 2},
	},
}

// The weights B of Tsitouras5; B_7 is 0.
const (
	ts1 = 0.096460766818065229518167313165129
	ts2 = 1.0 / 100
	ts3 = 0.47988965041449957477524953229060
	ts4 = 1.3790085741037418931922748218569
	ts5 = -3.2900695154360806799010475857114
	ts6 = 2.3247105240997739824153559183988
)
