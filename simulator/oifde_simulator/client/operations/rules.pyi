from oifde_simulator_client.operations.rules import *
