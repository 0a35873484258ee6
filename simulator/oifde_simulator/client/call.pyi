from oifde_simulator_client.call import *
