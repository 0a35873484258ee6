from oifde_simulator_client.operations.verification import *
