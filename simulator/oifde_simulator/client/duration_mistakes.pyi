from oifde_simulator_client.duration_mistakes import *
