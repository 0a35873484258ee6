from oifde_simulator_client.operations.scenarios import *
