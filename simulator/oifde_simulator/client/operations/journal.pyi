from oifde_simulator_client.operations.journal import *
