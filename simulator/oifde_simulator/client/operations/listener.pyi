from oifde_simulator_client.operations.listener import *
