from oifde_simulator_client.operations.simulated import *
