"""Physical constants (SI), with the values of ED2 revision 84, to compare like with like."""

SIGMA_SB = 5.6696e-08  # W m-2 K-4, Stefan-Boltzmann
R_GAS = 8.31451  # J mol-1 K-1
T_0C = 273.15  # K
M_DRY = 0.02897  # kg mol-1, dry air
M_H2O = 0.01801505  # kg mol-1
M_CO2 = 0.0440095  # kg mol-1
M_O2 = 0.0319988  # kg mol-1
R_DRY = R_GAS / M_DRY  # J kg-1 K-1
R_VAP = R_GAS / M_H2O  # J kg-1 K-1
CP_DRY = 3.5 * R_DRY  # J kg-1 K-1
CP_VAP = 1859.0  # J kg-1 K-1
EPS = M_H2O / M_DRY  # kg kg-1
GRAVITY = 9.80665  # m s-2
VON_KARMAN = 0.4
P_REFERENCE = 100000.0  # Pa, Exner reference
RHO_W = 1000.0  # kg m-3
C_LIQ = 4186.0  # J kg-1 K-1
C_ICE = 2093.0  # J kg-1 K-1
T3 = 273.16  # K, triple point
L_F = 334000.0  # J kg-1
L_V3 = 2500000.0  # J kg-1 at T3
L_S3 = L_V3 + L_F  # J kg-1 at T3
T_LZ = T3 - (C_ICE * T3 + L_F) / C_LIQ  # K: u_liq = C_LIQ (T - T_LZ)
T_VZ = T3 - (C_ICE * T3 + L_S3) / CP_VAP  # K: h_vapour = CP_VAP (T - T_VZ)
D_HEAT = 2.06e-05  # m2 s-1, thermal diffusivity of air
NU_AIR = 1.516e-05  # m2 s-1, kinematic viscosity of air
BETA_AIR = 0.00343  # K-1, thermal expansion of air
YEAR_DAYS = 365.2425
DAY_S = 86400.0
YEAR_S = YEAR_DAYS * DAY_S
STEP_S = 600.0  # s, the fast step
UMOL_TO_KGC = 1.20107e-08  # kgC umol-1
PAR_TO_MOL = 4.6e-06  # mol photons J-1
BIOMASS_PER_CARBON = 2.0  # kg dry matter kgC-1
O2_FRACTION = 0.209  # mol mol-1
T_PHYSIOLOGY = 288.15  # K, reference of physiology's temperature functions
EMIS_SOIL = 0.98
EMIS_WATER = 1.0
USTAR_MIN = 0.05  # m s-1
WIND_MIN = 0.65  # m s-1, at the reference height
WIND_CANOPY_MIN = 0.25  # m s-1
PRANDTL = 0.74
Z0_SOIL = 0.05  # m
Z0_SNOW = 0.001  # m
CANOPY_DEPTH_MIN = 5.0  # m
