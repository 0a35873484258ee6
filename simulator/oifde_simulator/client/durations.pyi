from oifde_simulator_client.durations import *
