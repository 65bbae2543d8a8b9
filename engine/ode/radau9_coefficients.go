package ode

// RadauStages is the number of stages of Radau9.
const RadauStages = 5

// RadauCollocation has the coefficients of the Radau IIA method of order 9 (Ehle
// 1969; Hairer and Wanner, Solving Ordinary Differential Equations II, sections
// IV.5 and IV.8): with the stages Y_i at t + c_i h,
//
//	Y_i = y + h Σ_j Matrix_ij f(t + c_j h, Y_j).
//
// Its inverse is similar to a real matrix of blocks,
//
//	T⁻¹ Inverse T = Λ = γ ⊕ [ α₁ −β₁ ; β₁ α₁ ] ⊕ [ α₂ −β₂ ; β₂ α₂ ],
//
// with γ = Shift and α + iβ in ComplexShifts, so that one real and two complex
// systems of the size of the state replace one of five times that size. The
// columns of T = Transform end with 1, or with 1 and 0. The digits were computed
// from the zeros of the Radau polynomial in 70 digits.
var RadauCollocation = struct {
	Nodes                       [RadauStages]float64 // c_i, the Radau points of (0, 1]
	Matrix, Inverse             [RadauStages][RadauStages]float64
	Shift                       float64
	ComplexShifts               [2]complex128
	Transform, InverseTransform [RadauStages][RadauStages]float64
}{
	Nodes: [RadauStages]float64{0.05710419611451768219312119255411562, 0.2768430136381238276800459976856251, 0.5835904323689168200566976686629172, 0.8602401356562194478479129188751198, 1.0},
	Matrix: [RadauStages][RadauStages]float64{
		{0.07299886431790332430556853377813743, -0.0267353311079455718776979653527516, 0.01867692976398435441224735480208826, -0.01287910609330643985364694983829855, 0.005042839233882015206650219164940088},
		{0.153775231479182468668123570881751, 0.1462148678474935066496872451240424, -0.03644456890512808952665020219848331, 0.02123306311930471942150766291977285, -0.007935579902728777532622279041457829},
		{0.1400630456848098715137557368144873, 0.2989671294912834793983034551787569, 0.1675850701352489634420614091615786, -0.03396910168661774657192214164342378, 0.01094428874419225227449920915151828},
		{0.1448943081095347575366006470932021, 0.2765000687601592275559343883292666, 0.3257979229104210299849289728109193, 0.1287567532549097611582383674917971, -0.01570891737880532838778945685006532},
		{0.1437135607912259413234122198541102, 0.2813560151494620601921726503406599, 0.3118265229757412540818549115766405, 0.2231039010835707444025602182285894, 0.04},
	},
	Inverse: [RadauStages][RadauStages]float64{
		{8.755923977938361667631660594828013, 2.891942615380117404357456676227386, -0.8751863962002650264162825986308432, 0.3997052079399654826216566948809342, -0.1337061638492158356717020324726304},
		{-7.161380720145387027392470252081544, 1.806077724083644363529878440042442, 2.363797176068608369422103415799874, -0.8659007802831345191395346004640477, 0.2743380777751942021737668114372655},
		{4.122165246243373781044035152113441, -4.496017125813394719848837121225239, 0.85676524539717760508619340926918, 2.518320949211064374937135022866937, -0.6570627571343601062552304235652086},
		{-3.878663219724010333635279609635937, 3.393151918064954168692953896140824, -5.188340906407186879197120489434858, 0.5812330525808163637522675558603647, 2.80998365527971232960227401222746},
		{8.41242422359428865640717432913392, -6.9702561166566609670322722579966, 8.777114204150473239214026630269378, -18.2192823110881009285889287014067, 13.0},
	},
	Shift:         6.286704751729276645173153341869409,
	ComplexShifts: [2]complex128{complex(5.700953298671789419170215368969862, 3.210265600308549888425010652972117), complex(3.655694325463572258243207960095434, 6.543736899360077294021071509393686)},
	Transform: [RadauStages][RadauStages]float64{
		{0.01357686734494794324766390817022, -0.0114785152552295147079415554121555, -0.01401985889287541028107789429349593, -0.01024204781790882707008633006685901, 0.04767387729029572386318394785920698},
		{0.001617900401719087476438624531872425, -0.007668830749180162885156876792036081, 0.02470857842651852681252520537778038, 0.05017286451737105816299138026264651, -0.09433181918161143698065690033637245},
		{0.07915785334744720764489838756150394, 0.01939846399882895091122328964083309, 0.08180035370375117083639081222875725, -0.2305395340434179467214218621800004, 0.1027030453801258997922104569471412},
		{0.4122560826804614519787185453452717, 0.4076011712801990666216623702189599, 0.1996824278868025259365405660223907, 0.377893902248861249543862293745934, 0.4667441303324943592895595829649067},
		{1.0, 1.0, 0, 1.0, 0},
	},
	InverseTransform: [RadauStages][RadauStages]float64{
		{27.69769377568408840916613663851359, 12.78333791130440601500090610772215, 3.208489386713429859797686375147941, -0.9514904122489162212716699357512563, 0.741550496025989603353703227391342},
		{-33.04188021351900000806144694261095, -17.37695347906356701945498060589871, -0.1721290632540055611515288064277514, -0.09916977798254264258816622140173686, 0.5312281158383066671849114226060248},
		{-8.611443979875291977700082512570349, 9.699991409528808231335894053420033, 1.914728639696874284851375603391725, 2.418692006084940026426563434082984, -1.047463487935337418694432999211736},
		{5.34418643783491159889531030409736, 4.593615567759161004454074498176562, -3.03636032345942429864615756872019, 1.050660190231458863859836157152993, -0.2727786118642962705386146499973668},
		{3.74805980743980486005103450189257, -3.984965736343884667252263858053511, -1.044415641608018792942247323095625, 1.184098568137948487231020388383405, -0.4499177701567803688988119183140954},
	},
}

// denseWeights multiply the increments of the stages and the error estimate in
// dense output: with the collocation polynomial u, the last is the weight q of
//
//	u(θ) + h (f − u')(0) q(θ)/γ,   q(θ) = −126 γ ∫₀^θ Π_i (s − c_i) ds.
//
// The slope of u agrees with f at the nodes. That of the sum agrees also at θ = 0,
// which raises the order by one, and it ends at the same state: q(1) = 0, as the
// nodes are those of a quadrature of order 9. The error estimate is the defect
// (f − u')(0) times h/γ, but damped where the system is stiff.
func denseWeights(theta float64) (weights [RadauStages + 1]float64) {
	c := &RadauCollocation.Nodes
	for i := range RadauStages {
		weight := theta / c[i]
		for j, node := range c {
			if j != i {
				weight *= (theta - node) / (c[i] - node)
			}
		}
		weights[i] = weight
	}
	q := 0.0
	for _, coefficient := range radauDefect {
		q = float64(q*theta) + coefficient
	}
	weights[RadauStages] = float64(q * theta)
	return weights
}

// radauDefect has the coefficients of θ⁶ to θ in q.
var radauDefect = defectPolynomial()

func defectPolynomial() (q [RadauStages + 1]float64) {
	// Coefficients of Π_i (s − c_i), that of s^k at k.
	var product [RadauStages + 1]float64
	product[0] = 1
	for degree, node := range RadauCollocation.Nodes {
		for k := degree + 1; k > 0; k-- {
			product[k] = product[k-1] - float64(node*product[k])
		}
		product[0] *= -node
	}
	for k, coefficient := range product {
		q[RadauStages-k] = -126 * float64(RadauCollocation.Shift*coefficient) / float64(k+1)
	}
	return q
}

// slopeWeights multiply the increments of the stages in h·u'(θ) at θ = 0 and 1.
func slopeWeights() (atStart, atEnd [RadauStages]float64) {
	c := &RadauCollocation.Nodes
	for i := range RadauStages {
		others := 1.0 // Π_{j≠i} (c_i − c_j), with the node 0
		for j, node := range c {
			if j != i {
				others *= c[i] - node
			}
		}
		others *= c[i]
		start := 1.0
		for j, node := range c {
			if j != i {
				start *= -node
			}
		}
		atStart[i] = start / others
		// The derivative of θ Π_{j≠i} (θ − c_j), without the one factor in turn,
		// −1 being the factor θ.
		end := 0.0
		for skipped := -1; skipped < RadauStages; skipped++ {
			if skipped == i {
				continue
			}
			term := 1.0
			for j, node := range c {
				if j != i && j != skipped {
					term *= 1 - node
				}
			}
			end += float64(term)
		}
		atEnd[i] = end / others
	}
	return atStart, atEnd
}

var radauSlopeAtStart, radauSlopeAtEnd = slopeWeights()

// extrapolation is the matrix that takes the increments of the stages and the error
// estimate of a step to a guess of the increments of the next, ratio times as
// long: the dense output continued.
func extrapolation(ratio float64) (matrix [RadauStages][RadauStages + 1]float64) {
	atEnd := denseWeights(1)
	for i, node := range RadauCollocation.Nodes {
		matrix[i] = denseWeights(1 + float64(node*ratio))
		for l := range matrix[i] {
			matrix[i][l] -= atEnd[l]
		}
	}
	return matrix
}
