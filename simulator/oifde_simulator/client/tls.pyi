from oifde_simulator_client.tls import *
