from oifde_simulator_client.encode import *
