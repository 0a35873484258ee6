from oifde_simulator_client.decode import *
