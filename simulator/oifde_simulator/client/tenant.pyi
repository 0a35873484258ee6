from oifde_simulator_client.tenant import *
