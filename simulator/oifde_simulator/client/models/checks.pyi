from oifde_simulator_client.models.checks import *
