from oifde_simulator_client.operations.health import *
