from oifde_simulator_client.transport import *
