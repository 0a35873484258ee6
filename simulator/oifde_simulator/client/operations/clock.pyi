from oifde_simulator_client.operations.clock import *
