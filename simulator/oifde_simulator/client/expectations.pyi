from oifde_simulator_client.expectations import *
