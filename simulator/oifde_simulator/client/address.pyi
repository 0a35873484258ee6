from oifde_simulator_client.address import *
