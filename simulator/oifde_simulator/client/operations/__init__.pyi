from oifde_simulator_client.operations import *
