from oifde_simulator_client.control import *
